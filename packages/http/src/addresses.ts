import { BlockList, isIP } from "node:net";

/** Which addresses may be sent to. */
export type Network = "public" | "private" | "any";

export const networks = ["public", "private", "any"] as const;

// RFC 3927 and RFC 4291, 2.5.6: nobody's service but what a cloud tells its machines; and the addresses beyond those
// ranges at which clouds do so, by their own documentation.
const linkLocal: readonly Range[] = [
  ["169.254.0.0", 16, "it is link-local, where clouds answer with credentials"],
  ["fe80::", 10, "it is link-local"],
  ["100.100.100.200", 32, "it is the metadata service of Alibaba Cloud"],
  ["168.63.129.16", 32, "it is the host of an Azure machine"],
  ["192.0.0.192", 32, "it is the metadata service of Oracle Cloud"],
  ["fd00:ec2::254", 128, "it is the metadata service of AWS"],
  ["fd20:ce::254", 128, "it is the metadata service of Google Cloud"],
  ["fd00:42::42", 128, "it is the metadata service of Scaleway"],
];

// RFC 6890 and the IANA registries it founded: what is not globally reachable. Of IPv6 only 2000::/3 is allocated.
const notPublic: readonly Range[] = [
  ["0.0.0.0", 8, "it is this host"],
  ["10.0.0.0", 8, "it is private"],
  ["100.64.0.0", 10, "it is shared by customers of a provider"],
  ["127.0.0.0", 8, "it is this host"],
  ["172.16.0.0", 12, "it is private"],
  ["192.0.0.0", 24, "it is reserved"],
  ["192.0.2.0", 24, "it is for documentation"],
  ["192.88.99.0", 24, "it is reserved"],
  ["192.168.0.0", 16, "it is private"],
  ["198.18.0.0", 15, "it is for benchmarks"],
  ["198.51.100.0", 24, "it is for documentation"],
  ["203.0.113.0", 24, "it is for documentation"],
  ["224.0.0.0", 4, "it is multicast"],
  ["240.0.0.0", 4, "it is reserved"],
  ["::", 127, "it is this host"],
  ["fc00::", 7, "it is private"],
  ["ff00::", 8, "it is multicast"],
  ["2001::", 23, "it is reserved"],
  ["2001:db8::", 32, "it is for documentation"],
  ["3fff::", 20, "it is for documentation"],
  ["::", 3, "it is reserved"],
  ["4000::", 2, "it is reserved"],
  ["8000::", 1, "it is reserved"],
];

type Range = readonly [address: string, bits: number, reason: string];

const refused = {
  public: compile([...linkLocal, ...notPublic]),
  private: compile(linkLocal),
  any: compile([]),
} as const satisfies Record<Network, unknown>;

/** Why this address may not be sent to; undefined where it may. `address`: as `net.isIP` understands it. */
export function refusalOf(address: string, network: Network): string | undefined {
  const carried = familyOf(address) === "ipv6" ? carriedBy(address) : undefined;
  if (carried !== undefined) {
    const reason = refusalOf(carried, network);
    if (reason !== undefined) return `it stands for ${carried}: ${reason}`;
    // What is translated is reached where it stands for, whatever the form is registered as.
    return undefined;
  }
  const family = familyOf(address);
  return refused[network].find((range) => range.family === family && range.list.check(address, family))
    ?.reason;
}

/**
 * The IPv4 address that an IPv6 address carries: mapped and compatible (RFC 4291, 2.5.5), NAT64 (RFC 6052, RFC 8215),
 * 6to4 (RFC 3056), Teredo (RFC 4380, the client's).
 */
function carriedBy(address: string): string | undefined {
  const groups = groupsOf(address);
  const [a, b, c, d, e, f, g, h] = groups as [number, number, number, number, number, number, number, number];
  const isZero = (...parts: number[]) => parts.every((part) => part === 0);
  if (isZero(a, b, c, d, e) && (f === 0xffff || (f === 0 && g !== 0))) return dotted(g, h);
  if (isZero(a, b, c, d) && e === 0xffff && f === 0) return dotted(g, h);
  if (a === 0x64 && b === 0xff9b && (isZero(c, d, e, f) || c === 1)) return dotted(g, h);
  if (a === 0x2002) return dotted(b, c);
  if (a === 0x2001 && b === 0) return dotted(g ^ 0xffff, h ^ 0xffff);
  return undefined;
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** Its eight parts. The URL parser writes every spelling the same way, without dots. */
function groupsOf(address: string): number[] {
  const [bare = ""] = address.split("%");
  const [head = "", tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split("::");
  const parse = (text = "") => (text === "" ? [] : text.split(":").map((part) => Number.parseInt(part, 16)));
  const [before, after] = [parse(head), parse(tail)];
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

// One list each: a BlockList would take an IPv4 address for one of ::/3.
function compile(ranges: readonly Range[]) {
  return ranges.map(([address, bits, reason]) => {
    const list = new BlockList();
    const family = familyOf(address);
    list.addSubnet(address, bits, family);
    return { list, family, reason };
  });
}
