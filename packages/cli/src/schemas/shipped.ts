// The protocols that come with the command, by name; each is loaded when it is asked for.

interface Shipped {
  /** The schema that the name alone stands for. */
  readonly main: string;
  readonly about: string;
  load(): Promise<Record<string, unknown>>;
}

export const shipped: Readonly<Record<string, Shipped>> = {
  mqtt: {
    main: "Packet",
    about: "MQTT 3.1.1 control packets; mqtt#Packet31 for 3.1",
    load: () => import("@wireform/protocols/mqtt"),
  },
  resp: {
    main: "Value",
    about: "RESP2 and RESP3 values; resp#Request for what servers read",
    load: () => import("@wireform/protocols/resp"),
  },
};
