"""Files that people take away: tables, contacts."""
