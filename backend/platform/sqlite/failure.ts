import { AppError } from "../../../common/errors.ts";

/** SQLite's results that say "not now" rather than "wrong": locked, disk full, not readable or writable. */
const passing = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|PROTOCOL)/;

/** Waits for a query; where the database cannot take it now, the error becomes AppError `unavailable`. */
export async function orUnavailable<T>(query: PromiseLike<T>): Promise<T> {
    try {
        return await query;
    } catch (error) {
        const code = sqliteCode(error);
        if (code !== undefined && passing.test(code)) {
            const details = { errorCode: code.startsWith("SQLITE_FULL") ? "disk_full" : "internal" };
            throw new AppError("unavailable", `database: it cannot be used now (${code}); check the disk, try again`, {
                details,
                cause: error,
            });
        }
        throw error;
    }
}

/** Whether an insert or update failed because the value is there already. */
export function isTaken(error: unknown): boolean {
    return sqliteCode(error)?.startsWith("SQLITE_CONSTRAINT") === true && /UNIQUE/i.test(String(error));
}

function sqliteCode(error: unknown): string | undefined {
    const hasCode = error instanceof Error && "code" in error && typeof error.code === "string";
    return hasCode ? String(error.code) : undefined;
}
