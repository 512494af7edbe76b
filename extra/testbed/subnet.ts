/** A range of IPv4 addresses. */
interface Range {
    readonly first: number;
    readonly last: number;
}

/** Ranges that are not for a bed: the second Docker host of the tests lies in this one. */
const RESERVED = ["10.77.0.0/16"];

/**
 * The first free /16 for a bed, beginning at a place that depends on the seed, so that two beds that are brought up at
 * the same time do not choose the same one.
 */
export function freeSubnet(used: readonly string[], seed: string): string | undefined {
    const start = Number.parseInt(seed.slice(-4), 16) || 0;
    const tens = rotated(numbers(64, 127), start).map((second) => `10.${second}.0.0/16`);
    const others = rotated(numbers(20, 32), start).map((second) => `172.${second}.0.0/16`);
    return [...tens, ...others].find(
        (candidate) => ![...used, ...RESERVED].some((range) => overlaps(candidate, range)),
    );
}

/** Whether two ranges, in CIDR notation, have an address in common. */
export function overlaps(one: string, other: string): boolean {
    const [a, b] = [rangeOf(one), rangeOf(other)];
    return a.first <= b.last && b.first <= a.last;
}

/** The /16 that an address lies in. */
export function subnetOf(address: string): string {
    return `${address.split(".").slice(0, 2).join(".")}.0.0/16`;
}

/** The first /24 of a bed's /16: the default bridge's own; the other ones are for the networks of the stacks. */
export function bridgeRange(subnet: string): { readonly range: string; readonly address: string } {
    const prefix = subnet.split(".").slice(0, 2).join(".");
    return { range: `${prefix}.0.0/24`, address: `${prefix}.0.1/24` };
}

function rangeOf(cidr: string): Range {
    const [address = "", length = "32"] = cidr.split("/");
    const value = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    const size = 2 ** (32 - Number(length));
    const first = Math.floor(value / size) * size;
    return { first, last: first + size - 1 };
}

function numbers(from: number, to: number): number[] {
    return Array.from({ length: to - from }, (_, index) => from + index);
}

function rotated<T>(list: readonly T[], by: number): T[] {
    const start = by % list.length;
    return [...list.slice(start), ...list.slice(0, start)];
}
