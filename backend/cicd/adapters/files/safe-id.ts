import { AppError } from "../../../../common/errors.ts";

/** An id as part of a file's name. Throws AppError `invalid` for anything that is no id, such as a path. */
export function safeId(id: string): string {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(id)) {
        throw new AppError("invalid", "id: use letters, digits, - and _ only");
    }
    return id;
}
