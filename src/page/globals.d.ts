/// <reference types="leaflet" />
/// <reference types="uplot" />
