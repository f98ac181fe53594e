package org.estafette.bench.wrong;

/** A benchmark that an algorithm knows. Never run. */
public final class Measured {}
