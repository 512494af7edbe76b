import { describe, expect, it } from "vitest";
import { addressKey, isSameAddress } from "../../../../backend/cicd/core/git-address.ts";

describe("two addresses", () => {
    it.each([
        ["git@h.com:o/r", "https://h.com/o/r"],
        ["git@h.com:o/r.git", "https://h.com/o/r/"],
        ["git@h.com:/o/r", "ssh://git@h.com:2222/o/r.git"],
        ["h.com:o/r", "git://h.com/o/r"],
        ["https://user@H.COM/o/r.git/", "http://h.com:8080/o/r"],
        ["https://h.com./o/r", "https://h.com/o/r"],
        ["https://h.com/o/r%20s", "git@h.com:o/r s"],
        ["https://bücher.example/o/r", "git@xn--bcher-kva.example:o/r"],
        ["http://[::1]:3000/o/r", "git@[0:0::1]:o/r"],
        ["http://127.1/o/r", "http://127.0.0.1/o/r"],
        ["file:///srv/r.git", "file://localhost/srv/r"],
    ])("are the same: %s and %s", (a, b) => {
        expect(addressKey(a)).toBe(addressKey(b));
        expect(isSameAddress(a, b)).toBe(true);
    });

    it.each([
        ["https://h.com/o/r", "https://h.com/o/R"],
        ["https://h.com/o/r", "https://h.org/o/r"],
        ["https://h.com/o/r", "https://h.com/o/r2"],
        ["https://h.com/o/r", "https://h.com.evil.org/o/r"],
        ["https://h.com/o/r", "https://evil.org/h.com/o/r"],
        ["https://file/srv/r", "file:///srv/other"],
        ["https://h.com/o/.git", "https://h.com/o/r"],
        ["not an address", "not an address"],
        ["", ""],
        ["https://h.com/", "https://h.com"],
        ["ext::sh -c x", "ext::sh -c x"],
    ])("are not the same: %s and %s", (a, b) => {
        expect(isSameAddress(a, b)).toBe(false);
    });

    it.each([
        ["a path of slashes", `https://h.com/o${"/".repeat(1_000_000)}r`],
        ["a path of slashes over SSH", `git@h.com:o${"/".repeat(1_000_000)}r`],
    ])("do not take long to compare: %s", (_name, address) => {
        const startedAt = performance.now();
        addressKey(address);
        expect(performance.now() - startedAt).toBeLessThan(1000);
    });

    it("do not fail on an address that cannot be decoded", () => {
        expect(addressKey("https://h.com/%E0%A4%A")).toBeUndefined();
    });
});
