import { shallowRef, type InjectionKey, type Ref } from "vue";
import { required } from "./required.ts";

export interface Toast {
    readonly id: number;
    readonly kind: "success" | "error";
    readonly text: string;
}

export interface Toasts {
    readonly toasts: Readonly<Ref<readonly Toast[]>>;
    success(text: string): void;
    /** Stays longer than a success. */
    error(text: string): void;
    close(id: number): void;
}

export const toastsKey: InjectionKey<Toasts> = Symbol("toasts");

/** Short messages in the corner. */
export function useToasts(): Toasts {
    return required(toastsKey);
}

const successMs = 5000;
const errorMs = 20_000;
const atMost = 4;

export function createToasts(): Toasts {
    const toasts = shallowRef<readonly Toast[]>([]);
    let lastId = 0;

    function close(id: number): void {
        toasts.value = toasts.value.filter((toast) => toast.id !== id);
    }

    function show(kind: Toast["kind"], text: string, milliseconds: number): void {
        lastId += 1;
        const id = lastId;
        const others = toasts.value.filter((toast) => toast.text !== text);
        toasts.value = [...others, { id, kind, text }].slice(-atMost);
        setTimeout(() => close(id), milliseconds);
    }

    return {
        toasts,
        close,
        success: (text) => show("success", text, successMs),
        error: (text) => show("error", text, errorMs),
    };
}
