"""What a ticket promises: the estimator that makes it, and the judge that scores it against simple rivals."""
