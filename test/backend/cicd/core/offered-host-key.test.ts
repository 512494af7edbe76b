import { expect, it } from "vitest";
import { checkOffered } from "../../../../backend/cicd/core/offered-host-key.ts";

const shown = { key: "ssh-ed25519 bmV3", fingerprint: "SHA256:new" };

it("takes the key that the server shows", () => {
    expect(() =>
        checkOffered(shown, { accepted: "SHA256:new", pinned: "SHA256:old", shownBy: "server" }),
    ).not.toThrow();
});

it("tells pinned and offered key where the server shows another one", () => {
    const check = () => checkOffered(shown, { accepted: "SHA256:seen", pinned: "SHA256:old", shownBy: "server" });

    expect(check).toThrow(
        expect.objectContaining({
            code: "conflict",
            message: "fingerprint: the server shows SHA256:new now; compare that one, then accept it",
            details: {
                errorCode: "host_key_changed",
                pinned: "SHA256:old",
                offered: "SHA256:new",
                keyType: "ssh-ed25519",
            },
        }),
    );
});
