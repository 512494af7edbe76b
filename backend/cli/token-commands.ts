import { invalidInput } from "../../common/invalid-input.ts";
import { rights } from "../../common/right.ts";
import { ApiTokenInput } from "../../common/schema/api-token.ts";
import { createApiToken, listApiTokens, revokeApiToken } from "../cicd/services/api-tokens.ts";
import { exitCodes, type DataPorts } from "./cli-ports.ts";
import { UsageError, type Command } from "./command.ts";
import { dataFlag, withData } from "./open-data.ts";

const most = 200;

const create: Command = {
    name: "token create",
    words: ["<name>"],
    summary: "Make an API token; its text is printed this one time.",
    flags: {
        scope: { type: "string", help: `One of ${rights.join(", ")}; a higher one includes the lower (read)` },
        user: { type: "string", help: "Whose rights it borrows (the only user)" },
        "expires-at": { type: "string", help: "When it ends, such as 2030-01-31T00:00:00Z (never)" },
        ...dataFlag,
    },
    async run(line, ports) {
        const [name] = line.words;
        const scopes = line.texts("scope");
        const expiresAt = line.text("expires-at");
        const input = ApiTokenInput.safeParse({ name, scopes: scopes.length > 0 ? scopes : ["read"], expiresAt });
        if (!input.success) {
            throw new UsageError(invalidInput(input.error).message);
        }
        return withData(line, ports, async (data) => {
            const username = line.text("user") ?? (await onlyUser(data));
            const call = { input: input.data, caller: { username, rights }, now: ports.now() };
            const { token } = await createApiToken(data, call);
            ports.print(token);
            return exitCodes.ok;
        });
    },
};

const list: Command = {
    name: "token list",
    words: [],
    summary: "List the API tokens: id, scopes, user, last use, name.",
    flags: dataFlag,
    run: (line, ports) =>
        withData(line, ports, async (data) => {
            const { items } = await listApiTokens(data, { limit: most });
            for (const { id, scopes, username, lastUsedAt, name } of items) {
                ports.print([id, scopes.join(","), username, lastUsedAt ?? "never used", name].join("\t"));
            }
            return exitCodes.ok;
        }),
};

const revoke: Command = {
    name: "token revoke",
    words: ["<id>"],
    summary: "Revoke an API token; it opens nothing from now on.",
    flags: dataFlag,
    run: (line, ports) =>
        withData(line, ports, async (data) => {
            await revokeApiToken(data, line.words[0] ?? "");
            ports.print("Revoked.");
            return exitCodes.ok;
        }),
};

export const tokenCommands: readonly Command[] = [create, list, revoke];

async function onlyUser({ users }: DataPorts): Promise<string> {
    const [name, ...others] = await users.list();
    if (name === undefined) {
        throw new UsageError("token create: there is no user yet; make one with: dockge-cicd user add <name>");
    }
    if (others.length > 0) {
        throw new UsageError("token create: there are several users; say whose token it is with --user");
    }
    return name;
}
