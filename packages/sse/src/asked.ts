/** A request, as far as it is looked at. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** By its name in lower case. */
  header(name: string): string | undefined;
  /** For `authorize`; throws where there can be none. */
  request(): Request;
}

export function askedBy(request: Request): Asked {
  const { pathname, searchParams } = new URL(request.url);
  return {
    method: request.method,
    path: pathname,
    query: searchParams,
    header: (name) => request.headers.get(name) ?? undefined,
    request: () => request,
  };
}
