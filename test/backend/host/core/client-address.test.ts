import { describe, expect, it } from "vitest";
import { addressKey, clientAddress, isLoopbackName } from "../../../../backend/host/core/client-address.ts";

describe("a client's address", () => {
    it.each([
        ["10.0.0.1", undefined, false, "10.0.0.1"],
        ["::ffff:10.0.0.1", undefined, false, "10.0.0.1"],
        ["10.0.0.1", "1.2.3.4", false, "10.0.0.1"],
        ["10.0.0.1", "1.2.3.4", true, "1.2.3.4"],
        ["10.0.0.1", "6.6.6.6, 1.2.3.4", true, "1.2.3.4"],
        ["10.0.0.1", "", true, "10.0.0.1"],
        [undefined, undefined, false, ""],
    ])("of %s with X-Forwarded-For %s, proxy trusted: %s", (peer, forwarded, trust, expected) => {
        expect(clientAddress(peer, forwarded, trust)).toBe(expected);
    });
});

describe("the key that failures are counted under", () => {
    it.each([
        ["10.0.0.1", "10.0.0.1"],
        ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
        ["2001:db8:1:2::6", "2001:db8:1:2"],
        ["2001:db8::6", "2001:db8:0:0"],
        ["::1", "0:0:0:0"],
        ["fe80::1%eth0", "fe80:0:0:0"],
    ])("of %s is %s", (address, expected) => {
        expect(addressKey(address)).toBe(expected);
    });
});

describe("listening for this machine only", () => {
    it.each(["localhost", "127.0.0.1", "127.1.2.3", "::1"])("is %s", (name) => {
        expect(isLoopbackName(name)).toBe(true);
    });

    it.each([undefined, "0.0.0.0", "::", "192.168.1.2", "localhost.example.org", "127.0.0.1.example.org"])(
        "is not %s",
        (name) => {
            expect(isLoopbackName(name)).toBe(false);
        },
    );
});
