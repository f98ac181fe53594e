package org.estafette.actor.manage.dashboard;

/** Finds text whose contrast with what lies behind it is less than 4.5 to 1. */
final class Contrast {
  static final String SCRIPT =
      """
      (() => {
        const canvas = document.createElement('canvas');
        canvas.width = canvas.height = 1;
        const pen = canvas.getContext('2d', { willReadFrequently: true });
        const parse = (css) => {
          pen.clearRect(0, 0, 1, 1);
          pen.fillStyle = css;
          pen.fillRect(0, 0, 1, 1);
          const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
          return [r, g, b, a / 255];
        };
        const over = ([r, g, b, a], [s, h, c]) =>
          [r * a + s * (1 - a), g * a + h * (1 - a), b * a + c * (1 - a), 1];
        const behind = (e) => {
          if (!e) return [255, 255, 255, 1];
          const own = parse(getComputedStyle(e).backgroundColor);
          return own[3] > 0.99 ? own : over(own, behind(e.parentElement));
        };
        const light = (rgb) => {
          const [r, g, b] = rgb.slice(0, 3).map((v) => {
            const s = v / 255;
            return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        return [...document.body.querySelectorAll('*:not(svg *):not(noscript)')]
          .filter((e) => e.checkVisibility() && !e.closest('.hidden, [hidden], :disabled')
            && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
          .map((e) => {
            const back = behind(e);
            const [a, b] = [light(over(parse(getComputedStyle(e).color), back)), light(back)];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            return ratio < 4.5 ? ratio.toFixed(2) + ' ' + e.outerHTML.slice(0, 100) : null;
          })
          .filter((v) => v);
      })()
      """
          .strip();

  private Contrast() {}
}
