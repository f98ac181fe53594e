package org.estafette.actor.fault;

import org.estafette.channel.FrameHeader;

/** Is told what the weather does to frames, for who keeps a history. */
public interface FrameFates {
  /** Nobody wants to know. */
  FrameFates NONE =
      new FrameFates() {
        @Override
        public void lost(FrameHeader frame, String why) {}

        @Override
        public void doubled(FrameHeader frame) {}
      };

  /** One copy of it will not arrive. */
  void lost(FrameHeader frame, String why);

  /** There is a second copy of it. */
  void doubled(FrameHeader frame);
}
