"""What a document is: its title, issuer, kind, years and language, each with how sure that is."""
