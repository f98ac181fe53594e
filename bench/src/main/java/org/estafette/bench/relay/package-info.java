/** What a round without a server costs over bare training loops. */
@NullMarked
package org.estafette.bench.relay;

import org.jspecify.annotations.NullMarked;
