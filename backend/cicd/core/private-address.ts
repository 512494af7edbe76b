/** What a host is: `public` for everything that is not known to be something else, names included. */
export type HostKind = "public" | "loopback" | "private" | "forbidden";

/**
 * A host in one notation: lower case, IDN as punycode, every IPv4 spelling (decimal, octal, hexadecimal, short) dotted,
 * IPv6 compressed in brackets, no trailing dot. Undefined where it is no host.
 */
export function canonicalHost(host: string): string | undefined {
    if (host === "" || /[\s/\\?#@%]/.test(host)) {
        return undefined;
    }
    try {
        const name = new URL(`http://${host}/`).hostname.replace(/\.+$/, "");
        return name === "" ? undefined : name;
    } catch {
        return undefined;
    }
}

/**
 * The kind of a host in any notation. `loopback` and `private` networks may be allowed; `forbidden` (link-local with
 * the clouds' metadata services, multicast, reserved) never is. Names other than the well-known local ones are `public`
 * here: what they resolve to must be asked again.
 */
export function hostKind(host: string): HostKind {
    const name = canonicalHost(host);
    if (name === undefined) {
        return "forbidden";
    }
    if (name.startsWith("[")) {
        return kindOfIpv6(parseIpv6(name.slice(1, -1)));
    }
    const ipv4 = parseIpv4(name);
    return ipv4 === undefined ? kindOfName(name) : kindOfIpv4(ipv4);
}

/** The kind of an address as a resolver gives it: IPv6 without brackets, perhaps with a zone. */
export function addressKind(address: string): HostKind {
    const plain = address.replace(/%.*$/, "");
    return hostKind(plain.includes(":") ? `[${plain}]` : plain);
}

function kindOfName(name: string): HostKind {
    if (/(^|\.)(localhost6?|localdomain6?|ip6-(localhost|loopback))$/.test(name)) {
        return "loopback";
    }
    if (/^(metadata|instance-data)(\.google\.internal|\.goog|\.ec2\.internal)?$/.test(name)) {
        return "forbidden";
    }
    return /(^|\.)(local|internal|lan|home\.arpa)$/.test(name) ? "private" : "public";
}

const ipv4Ranges: readonly (readonly [network: string, bits: number, kind: HostKind])[] = [
    ["127.0.0.0", 8, "loopback"],
    ["0.0.0.0", 8, "loopback"],
    ["10.0.0.0", 8, "private"],
    ["172.16.0.0", 12, "private"],
    ["192.168.0.0", 16, "private"],
    ["100.100.100.200", 32, "forbidden"],
    ["100.64.0.0", 10, "private"],
    ["198.18.0.0", 15, "private"],
    ["169.254.0.0", 16, "forbidden"],
    // What Azure answers its own machines with, on an address that is public by its number.
    ["168.63.129.16", 32, "forbidden"],
    ["192.0.0.0", 24, "forbidden"],
    ["192.88.99.0", 24, "forbidden"],
    ["224.0.0.0", 3, "forbidden"],
];

function kindOfIpv4(address: number): HostKind {
    const range = ipv4Ranges.find(([network, bits]) => {
        const size = 2 ** (32 - bits);
        return Math.floor(address / size) === Math.floor((parseIpv4(network) ?? 0) / size);
    });
    return range?.[2] ?? "public";
}

/** The number of a dotted IPv4 address; undefined for anything else. */
function parseIpv4(text: string): number | undefined {
    if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
        return undefined;
    }
    return text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** The eight groups of an address that `URL` has compressed. */
function parseIpv6(text: string): readonly number[] {
    const [head = "", tail] = text.split("::");
    const groups = (part: string): number[] => (part === "" ? [] : part.split(":").map((group) => parseInt(group, 16)));
    const left = groups(head);
    const right = groups(tail ?? "");
    return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
}

/** Prefixes (leading groups) after which an IPv4 address is embedded: compatible, mapped, translated, 6to4. */
const embeddings: readonly (readonly number[])[] = [
    [0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0xffff],
    [0, 0, 0, 0, 0xffff, 0],
    [0x64, 0xff9b, 0, 0, 0, 0],
    [0x2002],
];

const ipv6Ranges: readonly (readonly [network: readonly number[], bits: number, kind: HostKind])[] = [
    // Amazon's, Google's and Scaleway's own services for their machines.
    [[0xfd00, 0xec2], 32, "forbidden"],
    [[0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254], 128, "forbidden"],
    [[0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42], 128, "forbidden"],
    [[0xfc00], 7, "private"],
    [[0x64, 0xff9b], 32, "private"],
    // Of the addresses for everybody: those that hide an IPv4 address (Teredo), and those that name no place.
    [[0x2001, 0], 23, "forbidden"],
    [[0x3fff], 20, "forbidden"],
    [[0x2000], 3, "public"],
];

function kindOfIpv6(groups: readonly number[]): HostKind {
    if (isInNetwork(groups, [0, 0, 0, 0, 0, 0, 0, 0], 127)) {
        return "loopback";
    }
    const embedding = embeddings.find((prefix) => prefix.every((group, index) => groups[index] === group));
    if (embedding !== undefined) {
        const [high = 0, low = 0] = groups.slice(embedding.length);
        return kindOfIpv4(high * 65_536 + low);
    }
    // The rest is link-local, multicast, or not given out.
    return ipv6Ranges.find(([network, bits]) => isInNetwork(groups, network, bits))?.[2] ?? "forbidden";
}

function isInNetwork(groups: readonly number[], network: readonly number[], bits: number): boolean {
    return network.every((group, index) => {
        const ignored = Math.max(0, 16 - Math.max(0, bits - index * 16));
        return (groups[index] ?? 0) >> ignored === group >> ignored;
    });
}
