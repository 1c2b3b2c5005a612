// Compiled, never run: sixty destinations in one instance are told apart, and checked in little time.

import { createDest, defineDestination, type RunOf } from "../src/index.js";

const to = <Payload extends object>() =>
  defineDestination<[payload: Payload], Payload>(() => ({
    kind: "test/many",
    apiVersion: 1,
    prepare: (payload) => payload,
    deliver: async () => ({ status: "delivered" }),
  }))();

const dest = createDest({
  destinations: {
    n01: to<{ n01: string; url: string | URL; tags?: readonly string[] }>(),
    n02: to<{ n02: string; url: string | URL; tags?: readonly string[] }>(),
    n03: to<{ n03: string; url: string | URL; tags?: readonly string[] }>(),
    n04: to<{ n04: string; url: string | URL; tags?: readonly string[] }>(),
    n05: to<{ n05: string; url: string | URL; tags?: readonly string[] }>(),
    n06: to<{ n06: string; url: string | URL; tags?: readonly string[] }>(),
    n07: to<{ n07: string; url: string | URL; tags?: readonly string[] }>(),
    n08: to<{ n08: string; url: string | URL; tags?: readonly string[] }>(),
    n09: to<{ n09: string; url: string | URL; tags?: readonly string[] }>(),
    n10: to<{ n10: string; url: string | URL; tags?: readonly string[] }>(),
    n11: to<{ n11: string; url: string | URL; tags?: readonly string[] }>(),
    n12: to<{ n12: string; url: string | URL; tags?: readonly string[] }>(),
    n13: to<{ n13: string; url: string | URL; tags?: readonly string[] }>(),
    n14: to<{ n14: string; url: string | URL; tags?: readonly string[] }>(),
    n15: to<{ n15: string; url: string | URL; tags?: readonly string[] }>(),
    n16: to<{ n16: string; url: string | URL; tags?: readonly string[] }>(),
    n17: to<{ n17: string; url: string | URL; tags?: readonly string[] }>(),
    n18: to<{ n18: string; url: string | URL; tags?: readonly string[] }>(),
    n19: to<{ n19: string; url: string | URL; tags?: readonly string[] }>(),
    n20: to<{ n20: string; url: string | URL; tags?: readonly string[] }>(),
    n21: to<{ n21: string; url: string | URL; tags?: readonly string[] }>(),
    n22: to<{ n22: string; url: string | URL; tags?: readonly string[] }>(),
    n23: to<{ n23: string; url: string | URL; tags?: readonly string[] }>(),
    n24: to<{ n24: string; url: string | URL; tags?: readonly string[] }>(),
    n25: to<{ n25: string; url: string | URL; tags?: readonly string[] }>(),
    n26: to<{ n26: string; url: string | URL; tags?: readonly string[] }>(),
    n27: to<{ n27: string; url: string | URL; tags?: readonly string[] }>(),
    n28: to<{ n28: string; url: string | URL; tags?: readonly string[] }>(),
    n29: to<{ n29: string; url: string | URL; tags?: readonly string[] }>(),
    n30: to<{ n30: string; url: string | URL; tags?: readonly string[] }>(),
    n31: to<{ n31: string; url: string | URL; tags?: readonly string[] }>(),
    n32: to<{ n32: string; url: string | URL; tags?: readonly string[] }>(),
    n33: to<{ n33: string; url: string | URL; tags?: readonly string[] }>(),
    n34: to<{ n34: string; url: string | URL; tags?: readonly string[] }>(),
    n35: to<{ n35: string; url: string | URL; tags?: readonly string[] }>(),
    n36: to<{ n36: string; url: string | URL; tags?: readonly string[] }>(),
    n37: to<{ n37: string; url: string | URL; tags?: readonly string[] }>(),
    n38: to<{ n38: string; url: string | URL; tags?: readonly string[] }>(),
    n39: to<{ n39: string; url: string | URL; tags?: readonly string[] }>(),
    n40: to<{ n40: string; url: string | URL; tags?: readonly string[] }>(),
    n41: to<{ n41: string; url: string | URL; tags?: readonly string[] }>(),
    n42: to<{ n42: string; url: string | URL; tags?: readonly string[] }>(),
    n43: to<{ n43: string; url: string | URL; tags?: readonly string[] }>(),
    n44: to<{ n44: string; url: string | URL; tags?: readonly string[] }>(),
    n45: to<{ n45: string; url: string | URL; tags?: readonly string[] }>(),
    n46: to<{ n46: string; url: string | URL; tags?: readonly string[] }>(),
    n47: to<{ n47: string; url: string | URL; tags?: readonly string[] }>(),
    n48: to<{ n48: string; url: string | URL; tags?: readonly string[] }>(),
    n49: to<{ n49: string; url: string | URL; tags?: readonly string[] }>(),
    n50: to<{ n50: string; url: string | URL; tags?: readonly string[] }>(),
    n51: to<{ n51: string; url: string | URL; tags?: readonly string[] }>(),
    n52: to<{ n52: string; url: string | URL; tags?: readonly string[] }>(),
    n53: to<{ n53: string; url: string | URL; tags?: readonly string[] }>(),
    n54: to<{ n54: string; url: string | URL; tags?: readonly string[] }>(),
    n55: to<{ n55: string; url: string | URL; tags?: readonly string[] }>(),
    n56: to<{ n56: string; url: string | URL; tags?: readonly string[] }>(),
    n57: to<{ n57: string; url: string | URL; tags?: readonly string[] }>(),
    n58: to<{ n58: string; url: string | URL; tags?: readonly string[] }>(),
    n59: to<{ n59: string; url: string | URL; tags?: readonly string[] }>(),
    n60: to<{ n60: string; url: string | URL; tags?: readonly string[] }>(),
  },
});

export function sends({ send }: RunOf<typeof dest>): void {
  send.n01({ n01: "first", url: "u" });
  send.n60({ n60: "last", url: new URL("https://host"), tags: ["a"] });

  // @ts-expect-error: what another of them takes
  send.n30({ n31: "other", url: "u" });
  // @ts-expect-error: a name that is not registered
  send.n61({ n61: "none", url: "u" });
}
