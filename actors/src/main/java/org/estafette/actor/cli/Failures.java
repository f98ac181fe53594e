package org.estafette.actor.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.estafette.actor.checkpoint.CheckpointException;
import org.estafette.actor.checkpoint.Epochs;
import org.estafette.actor.cli.operate.RefusedException;
import org.estafette.actor.cli.operate.UnreachableException;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.data.UnreadableDataException;
import org.estafette.actor.join.JoinException;
import org.estafette.actor.node.PortInUseException;
import org.estafette.channel.ChannelException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** One clear message and a documented status for each failure. */
final class Failures implements CommandLine.IExecutionExceptionHandler {
  @Override
  public int handleExecutionException(
      Exception thrown, CommandLine command, CommandLine.ParseResult parsed) {
    Throwable cause = cause(thrown);
    ExitStatus status = status(cause);
    System.err.println("estafette: " + message(cause, status));
    if (status == ExitStatus.UNEXPECTED) {
      LoggerFactory.getLogger(Failures.class).error("unexpected", cause);
      if (Boolean.getBoolean("estafette.stacktraces")) {
        cause.printStackTrace();
      } else {
        System.err.println("  (ESTAFETTE_OPTS=-Destafette.stacktraces=true shows where)");
      }
    }
    return status.code();
  }

  private static Throwable cause(Throwable t) {
    Throwable cause = t;
    while ((cause instanceof ExecutionException || cause instanceof CompletionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static ExitStatus status(Throwable t) {
    return switch (t) {
      case ConfigException e -> ExitStatus.USAGE;
      case CommandLine.ParameterException e -> ExitStatus.USAGE;
      case UnreadableDataException e -> ExitStatus.DATA;
      case CheckpointException e -> ExitStatus.CHECKPOINT;
      case JsonProcessingException e -> ExitStatus.CHECKPOINT;
      case PortInUseException e -> ExitStatus.PORT;
      case ChannelException e -> ExitStatus.CHANNEL;
      case RunFailedException e -> ExitStatus.RUN;
      case Epochs.SupersededException e -> ExitStatus.RUN;
      case UnreachableException e -> ExitStatus.UNREACHABLE;
      case RefusedException e -> ExitStatus.REFUSED;
      case JoinException e -> ExitStatus.JOIN;
      case IOException e -> ExitStatus.DATA;
      default -> ExitStatus.UNEXPECTED;
    };
  }

  private static String message(Throwable t, ExitStatus status) {
    String text = t.getMessage();
    return status == ExitStatus.UNEXPECTED || text == null ? t.toString() : text;
  }
}
