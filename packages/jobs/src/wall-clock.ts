/** What clocks of a zone show, and when: moments in milliseconds since 1970, walls as the moment at which UTC shows the same. */

const day = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether there is a zone of this IANA name; offsets such as `+02:00` are none. */
export function isZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && formatOf(name) !== undefined;
  } catch {
    return false;
  }
}

/** What the clocks of a zone show at a moment. */
export function wallAt(timeZone: string, moment: number): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(moment)) parts[type] = Number(value);
  const { year, month, day, hour, minute, second } = parts;
  return Date.UTC(year!, month! - 1, day, hour, minute, second);
}

/**
 * Gives when the clocks of a zone show a time of the day that begins at the wall `midnight`, ascending: mostly once, twice
 * in the hour that comes again in autumn. What is left out in spring is when it would have been without the change, as
 * RFC 5545 has it.
 */
export function clocksOf(timeZone: string, midnight: number): (wall: number) => number[] {
  const offsetAt = (moment: number) => wallAt(timeZone, moment) - moment;
  const [before, after] = [offsetAt(midnight - day), offsetAt(midnight + 2 * day)];
  if (before === after) return (wall) => [wall - before];
  return (wall) => {
    const moments = [wall - before, wall - after].filter((moment) => wallAt(timeZone, moment) === wall);
    return moments.length > 0 ? moments.sort((a, b) => a - b) : [wall - before];
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  return format;
}
