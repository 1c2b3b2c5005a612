// RFC 9110, 5.6.7: all three forms begin with the day of the week, and the oldest leaves GMT out.
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;
// Not in the standard, but sent.
const isoDate = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/;

/**
 * Milliseconds to wait by a Retry-After header (RFC 9110, 10.2.3), which holds seconds or a date; undefined where it is
 * absent or makes no sense.
 */
export function retryAfter(header: string | readonly string[] | undefined, now: number): number | undefined {
  const text = (typeof header === "string" ? header : header?.[0])?.trim();
  if (!text) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  // Date.parse finds a date in almost anything with a number in it.
  if (!httpDate.test(text) && !isoDate.test(text)) return undefined;
  const at = Date.parse(text.endsWith("GMT") || isoDate.test(text) ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
