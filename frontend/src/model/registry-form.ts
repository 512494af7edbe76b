import type { z } from "zod";
import type { Registry, RegistryInput } from "../../../common/schema/registry.ts";

/** A registry as it is typed. */
export interface RegistryForm {
    name: string;
    url: string;
    username: string;
    password: string;
    insecure: boolean;
    allowPrivateHost: boolean;
}

export function registryForm(stored: Registry | undefined): RegistryForm {
    return {
        name: stored?.name ?? "",
        url: stored?.url ?? "",
        username: stored?.username ?? "",
        password: "",
        insecure: stored?.insecure ?? false,
        allowPrivateHost: stored?.allowPrivateHost ?? false,
    };
}

/** What the form sends; an empty password keeps the stored one, unless the user was taken out too. */
export function registryInput(form: RegistryForm, stored: Registry | undefined): z.input<typeof RegistryInput> {
    const username = form.username.trim();
    const keeps = form.password === "" && stored?.hasPassword === true && username !== "";
    return {
        name: form.name.trim(),
        url: form.url.trim(),
        username: username === "" ? null : username,
        insecure: form.insecure,
        allowPrivateHost: form.allowPrivateHost,
        ...(keeps ? {} : { password: form.password === "" ? null : form.password }),
    };
}
