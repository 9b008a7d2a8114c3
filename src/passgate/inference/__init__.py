"""The inference worker: any AI format in, any vendor out. Knows no database and no control code."""
