import { describe, expect, test } from "vitest";
import { refusalOf } from "../src/addresses.js";

/** As a URL spells it, in the form in which it is connected to. */
const inUrl = (host: string) => new URL(`http://${host}/`).hostname.replace(/^\[(.*)\]$/, "$1");

const linkLocal = [
  "169.254.169.254",
  "169.254.170.2",
  "169.254.0.0",
  "169.254.255.255",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "fe80::1",
  "febf::1",
  "fe80::1%eth0",
  "fd00:ec2::254",
  "fd20:ce::254",
  "fd00:42::42",
];

const notPublic = [
  "0.0.0.0",
  "10.255.255.255",
  "100.64.0.1",
  "100.127.255.255",
  "127.0.0.1",
  "127.255.255.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.8",
  "192.0.2.1",
  "192.88.99.1",
  "192.168.1.1",
  "198.18.0.1",
  "198.19.255.255",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "239.255.255.255",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "fc00::1",
  "fdff::1",
  "fec0::1",
  "ff02::1",
  "100::1",
  "2001:20::1",
  "2001:db8::1",
  "3fff::1",
  "5f00::1",
];

const open = [
  "1.1.1.1",
  "9.255.255.255",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "169.253.255.255",
  "172.15.255.255",
  "172.32.0.0",
  "192.167.255.255",
  "198.17.255.255",
  "223.255.255.255",
  "2606:4700::1111",
  "2a00:1450::1",
];

test.each(linkLocal)("%s is refused by default and by public, and allowed by any", (address) => {
  expect(refusalOf(address, "private")).toMatch(/^it is /);
  expect(refusalOf(address, "public")).toMatch(/^it is /);
  expect(refusalOf(address, "any")).toBeUndefined();
});

test.each(notPublic)("%s is refused by public alone", (address) => {
  expect(refusalOf(address, "public")).toMatch(/^it is /);
  expect(refusalOf(address, "private")).toBeUndefined();
});

test.each(open)("%s is allowed by public", (address) => {
  expect(refusalOf(address, "public")).toBeUndefined();
});

describe("an IPv6 address that stands for an IPv4 address", () => {
  const forms = (a: number, b: number, c: number, d: number) => {
    const high = ((a << 8) | b).toString(16);
    const low = ((c << 8) | d).toString(16);
    const flipped = [(a << 8) | b, (c << 8) | d].map((part) => (part ^ 0xffff).toString(16)).join(":");
    return [
      `::ffff:${a}.${b}.${c}.${d}`,
      `::ffff:${high}:${low}`,
      `0:0:0:0:0:FFFF:${high}:${low}`,
      `::ffff:0:${high}:${low}`,
      `::${a}.${b}.${c}.${d}`,
      `64:ff9b::${high}:${low}`,
      `64:ff9b:1::${high}:${low}`,
      `2002:${high}:${low}::1`,
      `2001:0:101:101:0:0:${flipped}`,
    ];
  };

  test.each(forms(169, 254, 169, 254))("%s is refused by default", (address) => {
    expect(refusalOf(address, "private")).toMatch(/^it stands for 169\.254\.169\.254: /);
  });

  test.each([...forms(127, 0, 0, 1), ...forms(10, 1, 2, 3)])("%s is refused by public", (address) => {
    expect(refusalOf(address, "public")).toMatch(/^it stands for /);
  });

  test.each(forms(1, 1, 1, 1))("%s is allowed by public", (address) => {
    expect(refusalOf(address, "public")).toBeUndefined();
  });
});

test.each([
  "0177.0.0.1",
  "2130706433",
  "0x7f000001",
  "0x7f.1",
  "127.1",
  "127.0.0.1.",
  "[::ffff:7f00:1]",
  "[::ffff:127.0.0.1]",
  "[0:0::1]",
  "①②⑦.0.0.1",
])("http://%s/ is this host, however it is spelled", (host) => {
  expect(refusalOf(inUrl(host), "public")).toContain("it is this host");
});

test.each(["0251.0376.0251.0376", "2852039166", "0xa9fea9fe", "169.254.43518", "[::ffff:a9fe:a9fe]"])(
  "http://%s/ is link-local, however it is spelled",
  (host) => {
    expect(refusalOf(inUrl(host), "private")).toContain("link-local");
  },
);
