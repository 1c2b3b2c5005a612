import { type Destination, defineDestination } from "@dest/core";
import { type HttpRequest, http } from "@dest/http";

/** What the programs of the documentation have in place of an address. */
const placeholder = "[YOUR URL HERE]";

/** `@dest/http`, sending to `url` what is addressed to the placeholder: so the programs run as they are written. */
export function placeholderHttp(url: string): Destination<readonly [request: HttpRequest], unknown> {
  const inner = http();
  return defineDestination(() => ({
    ...inner,
    prepare: (request: HttpRequest) =>
      inner.prepare(request?.url === placeholder ? { ...request, url } : request),
  }))();
}
