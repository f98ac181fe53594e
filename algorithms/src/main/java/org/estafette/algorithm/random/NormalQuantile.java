package org.estafette.algorithm.random;

/**
 * The quantile function of the normal distribution: Wichura (1988), algorithm AS 241, relative
 * error about 1e-16. Chosen over rejection methods because one uniform number makes one normal one,
 * which is what drawing by counter needs; 85 % of the calls take no logarithm. {@link StrictMath}
 * keeps the bits equal on every machine. Coefficients are the published ones, rounded to double.
 */
final class NormalQuantile {
  private NormalQuantile() {}

  /**
   * @param p strictly between 0 and 1
   */
  static double of(double p) {
    double q = p - 0.5;
    if (Math.abs(q) <= 0.425) {
      return central(q);
    }
    double r = StrictMath.sqrt(-StrictMath.log(q < 0 ? p : 1 - p));
    double x = r <= 5 ? near(r - 1.6) : far(r - 5);
    return q < 0 ? -x : x;
  }

  private static double central(double q) {
    double r = 0.180625 - q * q;
    double numerator = 2509.0809287301227;
    numerator = numerator * r + 33430.57558358813;
    numerator = numerator * r + 67265.7709270087;
    numerator = numerator * r + 45921.95393154987;
    numerator = numerator * r + 13731.69376550946;
    numerator = numerator * r + 1971.5909503065513;
    numerator = numerator * r + 133.14166789178438;
    numerator = numerator * r + 3.3871328727963665;
    double denominator = 5226.495278852854;
    denominator = denominator * r + 28729.085735721943;
    denominator = denominator * r + 39307.89580009271;
    denominator = denominator * r + 21213.794301586597;
    denominator = denominator * r + 5394.196021424751;
    denominator = denominator * r + 687.1870074920579;
    denominator = denominator * r + 42.31333070160091;
    denominator = denominator * r + 1;
    return q * numerator / denominator;
  }

  private static double near(double r) {
    double numerator = 0.0007745450142783414;
    numerator = numerator * r + 0.022723844989269184;
    numerator = numerator * r + 0.2417807251774506;
    numerator = numerator * r + 1.2704582524523684;
    numerator = numerator * r + 3.6478483247632045;
    numerator = numerator * r + 5.769497221460691;
    numerator = numerator * r + 4.630337846156546;
    numerator = numerator * r + 1.4234371107496835;
    double denominator = 1.0507500716444169e-09;
    denominator = denominator * r + 0.0005475938084995345;
    denominator = denominator * r + 0.015198666563616457;
    denominator = denominator * r + 0.14810397642748008;
    denominator = denominator * r + 0.6897673349851;
    denominator = denominator * r + 1.6763848301838038;
    denominator = denominator * r + 2.053191626637759;
    denominator = denominator * r + 1;
    return numerator / denominator;
  }

  private static double far(double r) {
    double numerator = 2.0103343992922881e-07;
    numerator = numerator * r + 2.7115555687434876e-05;
    numerator = numerator * r + 0.0012426609473880784;
    numerator = numerator * r + 0.026532189526576124;
    numerator = numerator * r + 0.29656057182850487;
    numerator = numerator * r + 1.7848265399172913;
    numerator = numerator * r + 5.463784911164114;
    numerator = numerator * r + 6.657904643501103;
    double denominator = 2.0442631033899397e-15;
    denominator = denominator * r + 1.421511758316446e-07;
    denominator = denominator * r + 1.8463183175100548e-05;
    denominator = denominator * r + 0.0007868691311456133;
    denominator = denominator * r + 0.014875361290850615;
    denominator = denominator * r + 0.1369298809227358;
    denominator = denominator * r + 0.599832206555888;
    denominator = denominator * r + 1;
    return numerator / denominator;
  }
}
