/** What a whole cluster costs over bare training loops. */
@NullMarked
package org.estafette.bench.whole;

import org.jspecify.annotations.NullMarked;
