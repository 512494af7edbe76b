import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createAgentStore } from "../../../../backend/host/adapters/sqlite/agent-store.ts";
import { createSettingStore } from "../../../../backend/host/adapters/sqlite/setting-store.ts";
import { createUserStore } from "../../../../backend/host/adapters/sqlite/user-store.ts";
import { openDatabase, type Database } from "../../../../backend/platform/sqlite/database.ts";
import { openTestDatabase } from "../../../support/database.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

const migrationNames = [
    "2023-10-20-0829-setting-table.ts",
    "2023-10-20-0829-user-table.ts",
    "2023-12-20-2117-agent-table.ts",
];

/** The schema as stock Dockge makes it; `nameColumn` is what its later versions have in `agent`. */
function stockSchema(nameColumn: string): string {
    return `
        create table knex_migrations (id integer not null primary key autoincrement, name varchar(255),
            batch integer, migration_time datetime);
        create table knex_migrations_lock ("index" integer not null primary key autoincrement, is_locked integer);
        create table setting (id integer not null primary key autoincrement, key varchar(200) not null,
            value text, type varchar(20));
        create unique index setting_key_unique on setting (key);
        create table user (id integer not null primary key autoincrement, username varchar(255) not null,
            password varchar(255), active boolean not null default '1', timezone varchar(150),
            twofa_secret varchar(64), twofa_status boolean not null default '0', twofa_last_token varchar(6));
        create unique index user_username_unique on user (username);
        create table agent (id integer not null primary key autoincrement, url varchar(255) not null,
            username varchar(255) not null, password varchar(255) not null, ${nameColumn}
            active boolean not null default '1');
        create unique index agent_url_unique on agent (url);
        insert into knex_migrations_lock (is_locked) values (0);
        ${migrationNames.map((name) => `insert into knex_migrations (name, batch, migration_time) values ('${name}', 1, 1700000000000);`).join("\n")}
        insert into user (username, password) values ('admin', '$2a$10$hash');
        insert into setting (key, value, type) values ('jwtSecret', '$2a$10$secret', null),
            ('primaryHostname', '"box"', 'general');
        insert into agent (url, username, password) values ('http://other:5001', 'admin', 'secret');`;
}

async function stockDatabase(nameColumn: string): Promise<string> {
    const file = join(await temporaryDirectory(), "dockge.db");
    const database = openDatabase(file);
    for (const statement of stockSchema(nameColumn).split(/;\s*$/m)) {
        if (statement.trim() !== "") {
            await database.knex.raw(statement.replaceAll("?", "\\?"));
        }
    }
    await database.close();
    return file;
}

async function dockgePart(database: Database): Promise<unknown> {
    const schema: unknown = await database.knex.raw(
        "select name, sql from sqlite_master where tbl_name in " +
            "('knex_migrations', 'knex_migrations_lock', 'setting', 'user', 'agent') order by name",
    );
    return {
        schema,
        migrations: await database.knex("knex_migrations").orderBy("id"),
        locks: await database.knex("knex_migrations_lock"),
    };
}

describe.each([
    ["1.5.0", ""],
    ["master", "name varchar(255),"],
])("a database made by stock Dockge %s", (_, nameColumn) => {
    it("keeps its schema and its three migration names when it is opened", async () => {
        const file = await stockDatabase(nameColumn);
        const stock = openDatabase(file);
        onTestFinished(() => stock.close());
        const before = await dockgePart(stock);
        await stock.close();

        const database = await openTestDatabase(file);

        expect(await dockgePart(database)).toEqual(before);
        expect(await database.knex("knex_migrations").orderBy("id").pluck("name")).toEqual(migrationNames);
        expect(await database.knex.schema.hasTable("deployments")).toBe(true);
    });

    it("gives its users, settings and agents", async () => {
        const database = await openTestDatabase(await stockDatabase(nameColumn));
        const settings = createSettingStore(database);
        const agents = createAgentStore(database);

        expect(await createUserStore(database).findActive("admin")).toMatchObject({ passwordHash: "$2a$10$hash" });
        expect(await settings.findText("jwtSecret")).toBe("$2a$10$secret");
        expect(await settings.list("general")).toEqual({ primaryHostname: "box" });
        expect(await agents.list()).toMatchObject([{ url: "http://other:5001", password: "secret", active: true }]);
    });

    it("keeps an agent's name, and has no column for it before there is one", async () => {
        const database = await openTestDatabase(await stockDatabase(nameColumn));
        const agents = createAgentStore(database);
        await agents.create({ url: "http://fourth:5001", username: "u", password: "p" });
        expect(await database.knex.schema.hasColumn("agent", "name")).toBe(nameColumn !== "");

        await agents.create({ url: "http://third:5001", username: "u", password: "p", name: "Third" });
        await agents.rename("http://other:5001", "Other");

        const names = (await agents.list()).map((agent) => agent.name);
        expect(names).toEqual(["Other", undefined, "Third"]);
    });
});

it("makes Dockge's tables as Dockge makes them where there is no database", async () => {
    const made = await openTestDatabase(join(await temporaryDirectory(), "dockge.db"));
    const stock = openDatabase(await stockDatabase(""));
    onTestFinished(() => stock.close());
    const shape = async (database: Database): Promise<unknown> => {
        const parts: unknown[] = [];
        for (const table of ["setting", "user", "agent", "knex_migrations"]) {
            parts.push(await database.knex.raw(`PRAGMA table_info(${table})`));
            parts.push(await database.knex.raw(`select name from pragma_index_list('${table}') order by name`));
        }
        return parts;
    };

    expect(await shape(made)).toEqual(await shape(stock));
    expect(await made.knex("knex_migrations").orderBy("id").select("name", "batch")).toEqual(
        migrationNames.map((name) => ({ name, batch: 1 })),
    );
});

it("opens a database in which a later Dockge has noted more steps", async () => {
    const file = await stockDatabase("");
    const later = openDatabase(file);
    await later.knex("knex_migrations").insert({ name: "2027-01-01-0000-later.ts", batch: 2 });
    await later.close();

    const database = await openTestDatabase(file);

    expect(await database.knex("knex_migrations").count({ steps: "*" })).toEqual([{ steps: 4 }]);
});
