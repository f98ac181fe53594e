// Numbers for people, the same as in reports and in the terminal.

const finite = (v) => typeof v === 'number' && Number.isFinite(v);

/** 950, 12,300, 6.00 M, 1.20 G. */
export function count(value) {
  if (!finite(value)) return '–';
  if (Math.abs(value) < 99999.5) return Math.round(value).toLocaleString('en-US');
  const units = ['k', 'M', 'G', 'T', 'P'];
  let scaled = value / 1e3;
  let unit = 0;
  while (Math.abs(scaled) >= 999.5 && unit < units.length - 1) {
    scaled /= 1e3;
    unit++;
  }
  const size = Math.abs(scaled);
  return scaled.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0) + ' ' + units[unit];
}

/** For the ticks of axes: no more digits than they need. */
export function tick(value) {
  if (!finite(value)) return '';
  const size = Math.abs(value);
  const [by, unit] = size >= 1e12 ? [1e12, ' T'] : size >= 1e9 ? [1e9, ' G'] : size >= 1e6 ? [1e6, ' M'] : size >= 1e4 ? [1e3, ' k'] : [1, ''];
  return +(value / by).toPrecision(4) + unit;
}

export const loss = (v) => (!finite(v) ? '–' : Math.abs(v) < 1000 ? v.toFixed(4) : v.toPrecision(3));

export const percent = (share, digits = 1) => (finite(share) ? (100 * share).toFixed(digits) + ' %' : '–');

export const number = (v, digits = 3) => (finite(v) ? String(+v.toPrecision(digits)) : '–');

/** 0.42 s, 8.4 s, 3 min 20 s, 1 h 02 min, 2 d 7 h. */
export function duration(seconds) {
  if (!finite(seconds)) return '–';
  if (seconds < 1) return seconds.toFixed(2) + ' s';
  if (seconds < 59.95) return seconds.toFixed(1) + ' s';
  const whole = Math.round(seconds);
  const pad = (n) => String(n).padStart(2, '0');
  if (whole < 3600) return Math.floor(whole / 60) + ' min ' + pad(whole % 60) + ' s';
  if (whole < 48 * 3600) return Math.floor(whole / 3600) + ' h ' + pad(Math.floor(whole / 60) % 60) + ' min';
  return Math.floor(whole / 86400) + ' d ' + (Math.floor(whole / 3600) % 24) + ' h';
}

/** A moment of the run as on a clock: 8.4 s, 3:20, 1:02:00. */
export function clock(seconds) {
  if (!finite(seconds)) return '–';
  if (seconds < 100) return +seconds.toFixed(seconds < 10 ? 1 : 0) + ' s';
  const whole = Math.round(seconds);
  const pad = (n) => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? hours + ':' + pad(minutes) + ':' + pad(whole % 60) : minutes + ':' + pad(whole % 60);
}

const collator = new Intl.Collator('en', { numeric: true });

/** worker-2 before worker-10. */
export const naturally = (a, b) => collator.compare(a, b);
