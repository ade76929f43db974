"""Systems to judge: this service in process, or any service over HTTP."""
