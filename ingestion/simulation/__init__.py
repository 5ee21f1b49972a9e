"""A demo company with planted, known problems, written as event files; knows no log and no dbt."""
