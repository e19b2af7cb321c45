"""What a span of days was like: the report's figures, pure from what the store answers, without words."""
