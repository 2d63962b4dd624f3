"""Stand lists as organisers send them: read from a file or a paste, row by row, cell by cell.

`tables` makes sheets of a file, `columns` finds the header and what each column means, `cells`
reads one cell as a field, `rows` each row as a project at its stands; `compare` says what all of
them would do to what stands (`standing`), with the modules that it names; `sentences` says what is
wrong, `task` does all of it as a job. Nothing here knows the database.
"""
