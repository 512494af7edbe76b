import { shallowRef, type ShallowRef } from "vue";
import { useI18n } from "vue-i18n";
import { pageWords } from "../model/page-words.ts";
import { serverErrors, type FieldErrors } from "../model/field-errors.ts";
import { CallError } from "../socket/call-error.ts";

export interface FieldErrorKeeper {
    readonly errors: ShallowRef<FieldErrors>;
    /** Shows complaints at their fields in the place of earlier ones; throws where there are any. */
    refuse(found: FieldErrors): void;
    /** Runs a call, and shows what the server says about one of these fields there. Throws as the call does. */
    placed<T>(fields: readonly string[], call: Promise<T>): Promise<T>;
}

/** What is wrong with a form's fields, be it found here or by the server. */
export function useFieldErrors(): FieldErrorKeeper {
    const { t } = useI18n();
    const errors = shallowRef<FieldErrors>({});

    /** The name of the field stays, by which it is found. */
    function withSwitch(message: string): string {
        const [name = "", rest] = message.split(/(?<=^[A-Za-z]+: )/);
        return rest === undefined ? message : name + pageWords(rest, t("error.privateAddress"));
    }

    function refuse(found: FieldErrors): void {
        errors.value = found;
        if (Object.keys(found).length > 0) {
            throw new CallError("invalid", t("error.fields"), false);
        }
    }

    async function placed<T>(fields: readonly string[], call: Promise<T>): Promise<T> {
        try {
            return await call;
        } catch (error) {
            if (error instanceof CallError && error.code === "invalid") {
                refuse(serverErrors(withSwitch(error.message), fields));
            }
            throw error;
        }
    }

    return { errors, refuse, placed };
}
