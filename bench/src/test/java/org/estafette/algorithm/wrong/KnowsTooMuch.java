package org.estafette.algorithm.wrong;

import java.lang.foreign.Linker;
import org.estafette.actor.cli.Main;
import org.estafette.bench.wrong.Measured;
import org.estafette.channel.TensorChannel;
import org.estafette.device.cuda.KernelReport;
import org.estafette.memory.wrong.Upward;

/** An algorithm that knows actors, the channel, native libraries, Akka, Aeron. Never run. */
public final class KnowsTooMuch {
  Main actors;
  TensorChannel channel;
  Linker linker;
  KernelReport kernels;
  akka.actor.ActorSystem akka;
  io.aeron.Aeron aeron;
  Upward cycle;
  Measured benchmark;
}
