// The library below looks for it.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

const day = 24 * 60 * 60 * 1000;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** A certificate and its private key, as PEM. */
export interface Certificate {
  certificate: string;
  key: string;
}

export interface Authority extends Certificate {
  /** A certificate for one host name that this authority has signed. */
  issue(name: string, settings?: { expired?: boolean }): Promise<Certificate>;
}

/** An authority that no system trusts. */
export async function makeAuthority(): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: "CN=Test authority",
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  let serial = 1;
  return {
    certificate: root.toString("pem"),
    key: await privateKey(keys),
    async issue(name, { expired = false } = {}) {
      serial += 1;
      const own = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serial.toString(16).padStart(2, "0"),
        subject: `CN=${name}`,
        issuer: root.subject,
        notBefore: new Date(Date.now() - 2 * day),
        notAfter: new Date(Date.now() + (expired ? -day : day)),
        signingKey: keys.privateKey,
        publicKey: own.publicKey,
        signingAlgorithm: algorithm,
        extensions: [new x509.SubjectAlternativeNameExtension([{ type: "dns", value: name }])],
      });
      return { certificate: certificate.toString("pem"), key: await privateKey(own) };
    },
  };
}

async function privateKey({
  privateKey: key,
}: {
  privateKey: Awaited<ReturnType<typeof crypto.subtle.importKey>>;
}): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}
