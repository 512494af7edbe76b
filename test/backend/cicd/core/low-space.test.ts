import { expect, it } from "vitest";
import { isLow, lowSpaceWarning } from "../../../../backend/cicd/core/low-space.ts";

const gib = 1024 ** 3;

it.each([
    [100, 6, false],
    [100, 4.9, true],
    [20, 2.1, false],
    [20, 1.9, true],
    [1000, 49, true],
    [1000, 51, false],
    [1, 0.6, false],
    [1, 0.4, true],
])("a disk of %d GiB with %d GiB free is low: %s", (total, free, low) => {
    expect(isLow({ totalBytes: total * gib, freeBytes: free * gib })).toBe(low);
});

it("is said with machine, place and numbers", () => {
    const space = { place: "docker", path: "/var/lib/docker", freeBytes: 1.5e9, totalBytes: 100e9, low: true } as const;
    expect(lowSpaceWarning("attic", space)).toBe(
        "Docker's directory (/var/lib/docker) on attic has 1.5 GB of 100.0 GB free (1.5 %): deployments fail once it is full.",
    );
});
