"""How pages stay true: revisions of what they show, news pushed to them, who is connected."""
