import jsonwebtoken from "jsonwebtoken";
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import type { UserRecord } from "../../../../backend/host/core/user.ts";
import { beginLogin, listLogins, resumeLogin } from "../../../../backend/host/services/login-sessions.ts";
import { saveServerSettings } from "../../../../backend/host/services/server-settings.ts";
import { createLoginPorts } from "../../../support/login-ports.ts";

const day = 24 * 3_600_000;
const desk = { address: "10.0.0.1", userAgent: "Firefox" };
const refused = { code: "unauthorized", message: "authInvalidToken" };

async function createAda() {
    const ports = await createLoginPorts();
    const ada = await ports.users.create({ username: "ada", passwordHash: "hash of right" });
    return { ports, ada, begin: () => beginLogin(ports, ada, desk) };
}

/** As Dockge signs it. */
function dockgeToken({ username, passwordHash = "" }: UserRecord): string {
    const h = createHash("shake256", { outputLength: 16 }).update(passwordHash).digest("hex");
    return jsonwebtoken.sign({ username, h }, "secret");
}

it("takes a token again and again, for ever unless days are set", async () => {
    const { ports, ada, begin } = await createAda();
    const { token, session } = await begin();
    ports.clock.advance(4000 * day);
    const resumed = await resumeLogin(ports, token, { address: "10.0.0.9", userAgent: "Chrome" });
    expect(resumed).toMatchObject({ user: { id: ada.id }, session: { id: session.id } });
    const [shown] = await listLogins(ports, ada.id, session.id);
    expect(shown).toMatchObject({ current: true, address: "10.0.0.9", userAgent: "Chrome" });
    expect(Date.parse(shown!.lastUsedAt) - Date.parse(shown!.createdAt)).toBe(4000 * day);
});

it("makes a login of a token that Dockge has issued, once", async () => {
    const { ports, ada } = await createAda();
    const token = dockgeToken(ada);
    const first = await resumeLogin(ports, token);
    const [again, other] = await Promise.all([resumeLogin(ports, token), resumeLogin(ports, token)]);
    expect([again.session.id, other.session.id]).toEqual([first.session.id, first.session.id]);
    expect(await listLogins(ports, ada.id, undefined)).toHaveLength(1);
});

it.each(["begun here", "begun at Dockge"])(
    "does not take a token whose login has ended, %s, however late",
    async (place) => {
        const { ports, ada, begin } = await createAda();
        const token = place === "begun here" ? (await begin()).token : dockgeToken(ada);
        const { session } = await resumeLogin(ports, token);
        expect(await ports.loginSessions.revoke(99, session.id)).toBe(false);
        expect(await ports.loginSessions.revoke(ada.id, session.id)).toBe(true);
        expect(await ports.loginSessions.revoke(ada.id, session.id)).toBe(false);
        await expect(resumeLogin(ports, token)).rejects.toMatchObject(refused);
        ports.clock.advance(400 * day);
        await begin();
        await expect(resumeLogin(ports, token)).rejects.toMatchObject(refused);
    },
);

it("does not take tokens of another password, nor of people who are gone", async () => {
    const { ports, ada, begin } = await createAda();
    const { token } = await begin();
    await ports.users.update(ada.id, { passwordHash: "hash of other" });
    await expect(resumeLogin(ports, token)).rejects.toMatchObject(refused);
    await ports.users.update(ada.id, { active: false });
    await expect(resumeLogin(ports, token)).rejects.toMatchObject({ message: "authUserInactiveOrDeleted" });
});

it("ends logins after the days that are set, also those begun before", async () => {
    const { ports, ada, begin } = await createAda();
    const old = await begin();
    await saveServerSettings(ports.settings, { sessionDays: 7 });
    await ports.loginSessions.setLifetime(7);
    ports.clock.advance(3 * day);
    const young = await begin();
    expect(young.session.expiresAt).toBe("2026-02-10T12:00:00.000Z");
    ports.clock.advance(5 * day);
    await expect(resumeLogin(ports, old.token)).rejects.toMatchObject(refused);
    expect((await resumeLogin(ports, young.token)).session.expiresAt).toBe("2026-02-10T12:00:00.000Z");
    expect(await listLogins(ports, ada.id, undefined)).toHaveLength(1);
    await ports.loginSessions.setLifetime(undefined);
    ports.clock.advance(1000 * day);
    await expect(resumeLogin(ports, young.token)).resolves.toMatchObject({ user: { id: ada.id } });
});

it("ends all but one", async () => {
    const { ports, ada, begin } = await createAda();
    const [kept, other] = [await begin(), await begin()];
    await ports.loginSessions.revokeOthers(ada.id, kept.session.id);
    expect(await ports.loginSessions.stillOpen([kept.session.id, other.session.id])).toEqual(
        new Set([kept.session.id]),
    );
    await ports.loginSessions.revokeOthers(ada.id, undefined);
    expect(await ports.loginSessions.listOpen(ada.id)).toEqual([]);
});

it("notes the use at most once a minute", async () => {
    const { ports, ada, begin } = await createAda();
    const { session } = await begin();
    const used = async () => (await ports.loginSessions.listOpen(ada.id))[0]?.lastUsedAt;
    ports.clock.advance(59_000);
    await ports.loginSessions.markUsed(session.id, desk);
    expect(await used()).toBe(session.createdAt);
    ports.clock.advance(1000);
    await ports.loginSessions.markUsed(session.id, undefined);
    expect(await used()).toBe(ports.now().toISOString());
});

it("keeps the 500 logins of a person that were used last, and those of Dockge", async () => {
    const { ports, ada, begin } = await createAda();
    await resumeLogin(ports, dockgeToken(ada));
    const first = await begin();
    for (let count = 0; count < 505; count += 1) {
        ports.clock.advance(1000);
        await ports.loginSessions.create({ id: `s${count}`, userId: ada.id, tokenHash: `h${count}`, ...desk });
    }
    await begin();
    const kept = (await ports.loginSessions.listOpen(ada.id)).map(({ id }) => id);
    expect(kept).toHaveLength(502);
    expect(kept.at(-1)).toMatch(/^dockge-/);
    await expect(resumeLogin(ports, first.token)).rejects.toMatchObject(refused);
});
