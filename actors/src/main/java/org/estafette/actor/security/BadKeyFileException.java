package org.estafette.actor.security;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that cannot be what its name says; the message names it and says why. */
final class BadKeyFileException extends Exception {
  private static final long serialVersionUID = 1L;

  BadKeyFileException(Path file, String why) {
    super(file + " " + why);
  }

  static BadKeyFileException unreadable(Path file, IOException e) {
    return new BadKeyFileException(
        file,
        switch (e) {
          case NoSuchFileException n -> "is missing";
          case java.nio.file.AccessDeniedException d ->
              "cannot be read by " + System.getProperty("user.name");
          default -> "cannot be read: " + e.getMessage();
        });
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
