/**
 * Milliseconds to wait by a Retry-After header (RFC 9110, 10.2.3), which holds seconds or a date; undefined where it is
 * absent or makes no sense.
 */
export function retryAfter(header: string | readonly string[] | undefined, now: number): number | undefined {
  const text = (typeof header === "string" ? header : header?.[0])?.trim();
  if (!text) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
