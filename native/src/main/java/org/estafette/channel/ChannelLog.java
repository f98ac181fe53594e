package org.estafette.channel;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The package's one logger. */
final class ChannelLog {
  static final Logger LOG = LoggerFactory.getLogger(TensorChannel.class);

  private ChannelLog() {}
}
