/** Where everything that happens is told, once; terminal, plain lines, JSON and the report are renderers of it. */
export interface Events<Event> {
  emit(event: Event): void;
}
