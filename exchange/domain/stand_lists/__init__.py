"""Stand lists as organisers send them: read from a file or a paste, row by row, cell by cell.

`tables` makes sheets of a file, `columns` finds the header and what each column means, `cells`
reads one cell as a field, `rows` makes entries of it all, `sentences` says what is wrong. Nothing
here knows the database.
"""
