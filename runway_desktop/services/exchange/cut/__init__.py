"""Writers of a cut for other programs, each a pure function of a `Timeline`: OpenTimelineIO, FCP7 XML, EDL, and one
film by ffmpeg. Which paths they name is said by `references`."""
