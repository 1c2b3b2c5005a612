import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Certificates {
  readonly ca: Buffer;
  readonly server: { readonly key: Buffer; readonly cert: Buffer };
  readonly client: { readonly key: Buffer; readonly cert: Buffer };
}

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

/** An authority, with a certificate for 127.0.0.1 and localhost and one for a client. Valid for a day. */
export function newCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "dest-email-tls-"));
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const pair = (name: string) => ({
    key: readFileSync(join(folder, `${name}.key`)),
    cert: readFileSync(join(folder, `${name}.crt`)),
  });
  try {
    const authority = [
      "-x509",
      "-days",
      "1",
      "-subj",
      "/CN=authority",
      "-out",
      "ca.crt",
      "-keyout",
      "ca.key",
    ];
    openssl("req", ...key, ...authority);
    writeFileSync(join(folder, "names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
    for (const name of ["server", "client"]) {
      openssl("req", ...key, "-subj", `/CN=${name}`, "-out", `${name}.csr`, "-keyout", `${name}.key`);
      const signing = [
        "-CA",
        "ca.crt",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        "1",
        "-extfile",
        "names",
      ];
      openssl("x509", "-req", "-in", `${name}.csr`, ...signing, "-out", `${name}.crt`);
    }
    return { ca: readFileSync(join(folder, "ca.crt")), server: pair("server"), client: pair("client") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
