"""What a printer is given as a picture: the plan, and tickets in letters that its code page lacks."""
