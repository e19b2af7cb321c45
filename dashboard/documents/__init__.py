"""Documents to print and publish: the report, the month's poster, the signs; tagged, by Typst."""
