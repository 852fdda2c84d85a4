import { BlockList, isIP } from "node:net";

// IANA special-purpose registries (RFC 6890 and successors): everything that is not ordinary unicast on the Internet.
const special = new BlockList();
const ranges4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];
for (const range of ranges4) {
  const [network = "", prefix] = range.split("/");
  special.addSubnet(network, Number(prefix), "ipv4");
}
// Only 2000::/3 is global unicast; inside it these carry or hide other addresses (Teredo, ORCHID, documentation, 6to4).
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");
for (const [network, prefix] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const) {
  special.addSubnet(network, prefix, "ipv6");
}

// Where databases of one's own network are. Link-local addresses, where clouds hand out their machines' secrets, are not among them.
const ownNetwork = new BlockList();
for (const [network, prefix, family] of [
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["::1", 128, "ipv6"],
  ["fc00::", 7, "ipv6"],
] as const) {
  ownNetwork.addSubnet(network, prefix, family);
}

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Whether an IP address is an ordinary one on the Internet: not loopback, private, link-local, reserved or multicast. */
export function isPublicAddress(address: string): boolean {
  const plain = mapped.exec(address)?.[1] ?? address;
  const version = isIP(plain);
  if (version === 4) return !special.check(plain, "ipv4");
  if (version === 6) return globalUnicast.check(plain, "ipv6") && !special.check(plain, "ipv6");
  return false;
}

/** What the operator opened although it is not public. */
export interface Allowance {
  /** `host` or `host:port` as written in the URL. */
  names: ReadonlySet<string>;
  addresses: BlockList;
  everything: boolean;
  /** Loopback and private ranges, for one connection that an owner of the server opened. */
  ownNetwork?: boolean;
}

/**
 * Reads a list such as `localhost:1234, gpu.internal, 10.0.0.0/8`: names and single addresses with an optional port,
 * address ranges, or `*` for everything.
 * @throws Error that names the entry which cannot be read
 */
export function readAllowance(list: string): Allowance {
  const names = new Set<string>();
  const addresses = new BlockList();
  let everything = false;
  for (const entry of list.split(",").map((each) => each.trim().toLowerCase())) {
    if (entry === "") continue;
    const [network = "", prefix, more] = entry.split("/");
    const version = isIP(network);
    if (entry === "*") everything = true;
    else if (prefix === undefined && URL.canParse(`http://${version === 6 ? `[${network}]` : network}`)) {
      names.add(version === 6 ? `[${network}]` : network);
    } else if (
      version !== 0 &&
      more === undefined &&
      /^\d{1,3}$/.test(prefix ?? "") &&
      Number(prefix) <= (version === 4 ? 32 : 128)
    ) {
      addresses.addSubnet(network, Number(prefix), version === 4 ? "ipv4" : "ipv6");
    } else throw new Error(`"${entry}" is neither a host, host:port, an address range such as 10.0.0.0/8 nor *`);
  }
  return { names, addresses, everything };
}

/** Whether the operator opened this name, with this port or with every port. */
export function allowsName(allowance: Allowance, hostname: string, port: string): boolean {
  const host = hostname.toLowerCase();
  return allowance.everything || allowance.names.has(host) || allowance.names.has(`${host}:${port}`);
}

/** Whether a connection to this address may be opened: public, or inside a range that the operator opened. */
export function allowsAddress(allowance: Allowance, address: string): boolean {
  if (isPublicAddress(address)) return true;
  const plain = mapped.exec(address)?.[1] ?? address;
  const family = isIP(plain) === 6 ? "ipv6" : "ipv4";
  return (allowance.ownNetwork === true && ownNetwork.check(plain, family)) || allowance.addresses.check(plain, family);
}
