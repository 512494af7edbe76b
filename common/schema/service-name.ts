import { z } from "zod";

/** The name of a service in a compose file (Compose specification, services). */
export const ServiceName = z
    .string()
    .regex(
        /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/,
        "service name: use only letters, digits, dots, _ and -, starting with a letter, a digit or _",
    );
export type ServiceName = z.infer<typeof ServiceName>;
