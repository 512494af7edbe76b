import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { genSaltSync, hashSync } from "bcrypt";
import Sqlite from "better-sqlite3";
import jsonwebtoken from "jsonwebtoken";

/** Which Dockge has made a database: 1.5.0 knows no names of agents. */
export type DockgeShape = "1.5.0" | "master";

/** The tables as Dockge's own steps leave them. */
function schemaOf(shape: DockgeShape): string {
    const name = shape === "master" ? "`name` varchar(255), " : "";
    return `
        create table \`knex_migrations\` (\`id\` integer not null primary key autoincrement, \`name\` varchar(255),
            \`batch\` integer, \`migration_time\` datetime);
        create table \`knex_migrations_lock\` (\`index\` integer not null primary key autoincrement, \`is_locked\` integer);
        create table \`setting\` (\`id\` integer not null primary key autoincrement, \`key\` varchar(200) not null,
            \`value\` text, \`type\` varchar(20));
        create unique index \`setting_key_unique\` on \`setting\` (\`key\`);
        create table \`user\` (\`id\` integer not null primary key autoincrement, \`username\` varchar(255) not null,
            \`password\` varchar(255), \`active\` boolean not null default '1', \`timezone\` varchar(150),
            \`twofa_secret\` varchar(64), \`twofa_status\` boolean not null default '0', \`twofa_last_token\` varchar(6));
        create unique index \`user_username_unique\` on \`user\` (\`username\`);
        create table \`agent\` (\`id\` integer not null primary key autoincrement, \`url\` varchar(255) not null,
            \`username\` varchar(255) not null, \`password\` varchar(255) not null, ${name}\`active\` boolean not null default '1');
        create unique index \`agent_url_unique\` on \`agent\` (\`url\`);
    `;
}

export const dockgeMigrations = [
    "2023-10-20-0829-setting-table.ts",
    "2023-10-20-0829-user-table.ts",
    "2023-12-20-2117-agent-table.ts",
] as const;

export interface DockgeData {
    readonly jwtSecret: string;
    readonly user: { readonly username: string; readonly password: string };
    readonly agent: { readonly url: string; readonly username: string; readonly password: string };
}

/** A data directory as Dockge leaves it when it stops. */
export function makeDockgeData(directory: string, shape: DockgeShape): DockgeData {
    const user = { username: "ada", password: "correct-horse-1" };
    const agent = { url: "http://127.0.0.1:9", username: "far", password: "far-pass-1" };
    const jwtSecret = hashSync("some random text", genSaltSync(10, "a"));
    mkdirSync(directory, { recursive: true });
    const database = new Sqlite(join(directory, "dockge.db"));
    database.pragma("journal_mode = WAL");
    database.exec(schemaOf(shape));
    const migrated = database.prepare("insert into knex_migrations (name, batch, migration_time) values (?, 1, ?)");
    dockgeMigrations.forEach((name) => migrated.run(name, 1_700_000_000_000));
    database.exec("insert into knex_migrations_lock (is_locked) values (0)");
    database
        .prepare("insert into user (username, password, timezone) values (?, ?, ?)")
        .run(user.username, hashSync(user.password, genSaltSync(10, "a")), "Europe/Berlin");
    const setting = database.prepare("insert into setting (key, value, type) values (?, ?, ?)");
    setting.run("jwtSecret", jwtSecret, null);
    setting.run("primaryHostname", '"nas.lan"', "general");
    setting.run("checkUpdate", "true", "general");
    setting.run("disableAuth", "false", "general");
    database
        .prepare("insert into agent (url, username, password) values (?, ?, ?)")
        .run(agent.url, agent.username, agent.password);
    database.close();
    return { jwtSecret, user, agent };
}

/** What lies in a database, seen by Dockge's own queries. */
export function readAsDockge(directory: string) {
    const database = new Sqlite(join(directory, "dockge.db"));
    try {
        const all = (sql: string, ...values: unknown[]): unknown[] => database.prepare(sql).all(...values);
        return {
            tables: Object.fromEntries(
                ["knex_migrations", "knex_migrations_lock", "setting", "user", "agent"].map((table) => [
                    table,
                    all(`select name, type, "notnull", dflt_value, pk from pragma_table_info('${table}')`),
                ]),
            ),
            indexes: all(
                "select name, tbl_name, sql from sqlite_master where type = 'index' and sql is not null " +
                    "and tbl_name in ('setting', 'user', 'agent') order by name",
            ),
            migrations: all("select name, batch from knex_migrations order by id"),
            locks: all("select is_locked from knex_migrations_lock"),
            settings: all("select key, value, type from setting order by key"),
            users: all("select * from user where active = 1 order by id"),
            agents: all("select * from agent order by id"),
            integrity: database.pragma("integrity_check", { simple: true }),
        };
    } finally {
        database.close();
    }
}

/** Changes something while no server runs, as Dockge would. */
export function changeAsDockge(directory: string, sql: string, ...values: readonly unknown[]): void {
    const database = new Sqlite(join(directory, "dockge.db"));
    try {
        database.prepare(sql).run(...values);
    } finally {
        database.close();
    }
}

/** A login token as Dockge signs it. */
export function dockgeToken(username: string, passwordHash: string, jwtSecret: string): string {
    return jsonwebtoken.sign({ username, h: passwordDigest(passwordHash) }, jwtSecret);
}

/** Whether Dockge would take a token, by its own rules. */
export function isGoodForDockge(token: string, passwordHash: string, jwtSecret: string): boolean {
    const claim = jsonwebtoken.verify(token, jwtSecret);
    return typeof claim === "object" && claim["h"] === passwordDigest(passwordHash);
}

function passwordDigest(passwordHash: string): string {
    return createHash("shake256", { outputLength: 16 }).update(passwordHash).digest("hex");
}
