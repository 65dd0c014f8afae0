"""What turns pages into something: notebooks, the site, the course, its slides."""
